/** What the diagnosis may ask of an nginx configuration. */
import type { Endpoint } from '../findings/keys.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import type { Facts } from './fact.ts';

export interface Directive {
  readonly name: string;
  readonly value: string | null;
  readonly file: string | null;
  readonly line: number | null;
  /** nginx's default, written nowhere. */
  readonly default: boolean;
}

export interface ConfView {
  /** Compiled `log_format`s, those in use first. */
  readonly formats: readonly AccessFormat[];
  /** Whether an endpoint's location (null: any location) forwards Upgrade; null when it cannot be told. */
  forwardsUpgrade(endpoint: Endpoint | null): boolean | null;
  /** `conf-*` facts of an endpoint's location. */
  facts(endpoint: Endpoint | null): Facts;
  /** The effective setting of a directive where an endpoint is served. */
  directive(endpoint: Endpoint | null, name: string): Directive | null;
  /** A unified diff that mends a cause where an endpoint is served; null when the configuration is not at fault. */
  patch(endpoint: Endpoint | null, cause: string): string | null;
}
