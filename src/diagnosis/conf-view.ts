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

/** Lines of a configuration file, from line `from` on; latin1. */
export interface Excerpt {
  readonly file: string;
  readonly from: number;
  readonly lines: readonly string[];
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
  /**
   * The lines around a directive that `directive` found; for a default, the block that serves the endpoint. Null when
   * they are not known.
   */
  excerpt(endpoint: Endpoint | null, directive: Directive): Excerpt | null;
  /** A unified diff that mends a cause where an endpoint is served; null when the configuration is not at fault. */
  patch(endpoint: Endpoint | null, cause: string): string | null;
}
