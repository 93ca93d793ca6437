/** Makes an access format anew, from what was said of how it was made. */
import { combinedLikeFormat } from './access-combined.ts';
import { jsonFormat } from './access-json.ts';
import type { AccessFormat, FormatRecipe } from './access-line.ts';
import { accessPresets } from './access-presets.ts';
import { compileLogFormat } from './log-format.ts';

/** @throws Error for the name of a preset that there is not */
export function formatOf(recipe: FormatRecipe): AccessFormat {
  switch (recipe.kind) {
    case 'written':
      return compileLogFormat(recipe.format, recipe.escaping, recipe.name);
    case 'combined-like':
      return combinedLikeFormat(recipe.variables, recipe.isCombinedPrefix);
    case 'json':
      return jsonFormat(recipe.variables);
    case 'preset': {
      const preset = accessPresets().get(recipe.name);
      if (preset === undefined) throw new Error(`there is no access log format "${recipe.name}"`);
      return preset;
    }
  }
}
