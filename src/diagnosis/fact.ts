/** What a fact is: a named observation with values and a sentence, which the causes' evidence rules weigh. */
import type { Cluster } from '../incident/cluster.ts';
import type { Gathered } from '../incident/groups.ts';
import type { LineRef } from '../incident/tally.ts';
import type { WebSocketVerdicts } from '../incident/websocket.ts';

export type FactValue = string | number | boolean;

export interface Fact {
  readonly values: readonly FactValue[];
  /** Sentence for one of the values. */
  text(value: FactValue): string;
  readonly ref: LineRef | null;
}

export type Facts = ReadonlyMap<string, Fact>;

/** What the given logs can show at all. */
export interface Visibility {
  /** Most verbose error level seen. */
  readonly errorLog: 'info' | 'notice' | 'warn' | 'error' | 'nothing';
  readonly requestTime: boolean;
  readonly upstreamStatus: boolean;
  readonly upgrade: boolean;
  readonly connection: boolean;
  readonly accessLog: boolean;
}

export interface Surroundings {
  readonly gathered: Gathered;
  readonly verdicts: WebSocketVerdicts;
  readonly visibility: Visibility;
  readonly nginxVersion: string | null;
  /** Facts of the configuration about the cluster's endpoint; empty without a configuration. */
  confFacts(cluster: Cluster): Facts;
}

/** Notes a fact; one without values is not noted. */
export type Say = (
  name: string,
  values: readonly FactValue[],
  text: (value: FactValue) => string,
  ref?: LineRef | null,
) => void;
