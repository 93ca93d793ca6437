/** Masks secrets in lines of an nginx configuration, which holds more than logs do: keys that nginx sends to backends. */
import { redact } from './redact.ts';
import { isSecretName } from './secret-names.ts';

/** Directives that give a value to a name. */
const NAMED_VALUE =
  /^(\s*(?:proxy_set_header|grpc_set_header|fastcgi_param|uwsgi_param|scgi_param|add_header|set)\s+)(["']?)([^\s"';]+)\2(\s+)([^;]+)/;

/** `if ($http_x_api_key != "s3cret")`, and the same as an entry of a `map`. */
const COMPARED = /(\$[\w]+)(\s*(?:!?=|!?~\*?)\s*)("[^"]*"|'[^']*'|[^\s")]+)/g;

/** A value that only hands on what a variable holds names no secret. */
const ONLY_VARIABLES = /^["']?(?:[\w-]*\s*\$\{?\w+\}?)+["']?\s*$/;

const MASK = '***';

/** One line of a configuration with `***` for the secrets in it. */
export function redactConfLine(line: string): string {
  const named = NAMED_VALUE.exec(line);
  if (named !== null) {
    const [all, start = '', quote = '', name = '', gap = '', value = ''] = named;
    const masked = isSecretName(name.replace(/^\$/, '')) && !ONLY_VARIABLES.test(value) ? MASK : redact(value);
    return `${start}${quote}${name}${quote}${gap}${masked}${line.slice(all.length)}`;
  }
  return redact(
    line.replace(COMPARED, (all, variable: string, operator: string) =>
      isSecretName(variable.slice(1)) ? `${variable}${operator}${MASK}` : all,
    ),
  );
}

/**
 * A unified diff with `***` for the secrets in it. It does not apply any more then, and says so in a line before it,
 * which `patch` would skip.
 * @param whole how to get the diff that applies
 */
export function redactPatch(patch: string, whole: string): string {
  const masked = patch
    .split('\n')
    .map((line) => (/^[ +-](?!--|\+\+)/.test(line) ? line.charAt(0) + redactConfLine(line.slice(1)) : line))
    .join('\n');
  return masked === patch ? patch : `# *** stands for secrets; the diff that applies: ${whole}\n${masked}`;
}
