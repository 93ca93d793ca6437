/** What a thread must know to read the inputs of an analysis: plain data that can be sent to it. */
import { compileSymptoms, type SymptomMatcher } from '../../catalogue/match.ts';
import type { Catalogue, Symptom } from '../../catalogue/types.ts';
import { zoneOffsets } from '../../clock/zone-offsets.ts';
import { SourceReader } from '../../findings/source.ts';
import type { AccessFormat, FormatRecipe } from '../../nginx/access-line.ts';
import { formatOf } from '../../nginx/format-recipe.ts';
import type { Zone } from '../settings.ts';
import { type StatedOffset, zoneFor } from '../zones.ts';

export interface InputPlan {
  readonly path: string;
  readonly formats: readonly FormatRecipe[];
}

export interface ReadingPlan {
  readonly symptoms: readonly Symptom[];
  /** By their place in the analysis. */
  readonly inputs: readonly InputPlan[];
  readonly zone: { readonly name: string; readonly from: Zone['from'] };
  readonly stated: readonly StatedOffset[];
  /** Epoch seconds. */
  readonly since: number;
  readonly until: number;
}

interface PlannedInput {
  readonly path: string;
  readonly formats: readonly AccessFormat[];
  /** Wall clock of its first line, ms; null when none was seen. */
  readonly firstWall: number | null;
}

const DAY_MS = 86_400_000;

/** The plan; null when something in it cannot be made anew from plain data, as a caller's own format or zone. */
export function planOf(
  inputs: readonly PlannedInput[],
  catalogue: Catalogue,
  zone: Zone,
  rest: Pick<ReadingPlan, 'stated' | 'since' | 'until'>,
): ReadingPlan | null {
  const offsetAt = zoneOffsets(zone.name);
  if (offsetAt === null) return null;
  const plans: InputPlan[] = [];
  for (const { path, formats, firstWall } of inputs) {
    const recipes = formats.flatMap(({ recipe }) => (recipe === undefined ? [] : [recipe]));
    if (recipes.length < formats.length) return null;
    const walls = firstWall === null ? [] : [-180, 0, 1, 180].map((days) => firstWall + days * DAY_MS);
    if (walls.some((wall) => offsetAt(wall) !== zone.offsetAt(wall))) return null;
    plans.push({ path, formats: recipes });
  }
  const symptoms = [...catalogue.symptoms.values()].map(withoutSamples);
  return { symptoms, inputs: plans, zone: { name: zone.name, from: zone.from }, ...rest };
}

/** Makes readers after a plan. */
export class PlannedReaders {
  readonly #plan: ReadingPlan;
  readonly #matcher: SymptomMatcher;

  constructor(plan: ReadingPlan) {
    this.#plan = plan;
    const symptoms = new Map(plan.symptoms.map((symptom) => [symptom.id, symptom]));
    this.#matcher = compileSymptoms({ symptoms, causes: new Map() });
  }

  path(input: number): string {
    return this.#plan.inputs[input]!.path;
  }

  reader(input: number): SourceReader {
    const { zone, stated, since, until, inputs } = this.#plan;
    const { path, formats } = inputs[input]!;
    const offsetAt = zoneOffsets(zone.name) ?? (() => 0);
    return new SourceReader({
      matcher: this.#matcher,
      formats: formats.map(formatOf),
      offsetAt: zoneFor(path, stated, { ...zone, offsetAt }).offsetAt,
      since,
      until,
    });
  }
}

function withoutSamples(symptom: Symptom): Symptom {
  return { ...symptom, samples: { match: [], 'no-match': [] } };
}
