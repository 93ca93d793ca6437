import type { Scenario } from '../lab.ts';
import { answerScenarios } from './answers.ts';
import { configurationScenarios } from './configuration.ts';
import { disguisedScenarios } from './disguised.ts';
import { frontScenarios } from './front.ts';
import { healthyScenarios } from './healthy.ts';
import { reachingScenarios } from './reaching.ts';
import { tunnelScenarios } from './tunnel.ts';
import { upstreamTlsScenarios } from './upstream-tls.ts';

/** Every scenario of the lab. */
export const SCENARIOS: readonly Scenario[] = [
  ...reachingScenarios,
  ...upstreamTlsScenarios,
  ...answerScenarios,
  ...tunnelScenarios,
  ...frontScenarios,
  ...disguisedScenarios,
  ...configurationScenarios,
  ...healthyScenarios,
];
