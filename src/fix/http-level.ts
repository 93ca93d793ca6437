/** New lines at the level of `http {}`. */
import { type Conf, named } from '../nginx-conf/tree.ts';
import { type Edit, insertAtTop, insertFirst } from './edit.ts';

/**
 * Puts lines at the head of `http {}`, so that everything behind may refer to them. A file of servers without an
 * `http {}` of its own is included in one.
 */
export function insertInHttp(conf: Conf, lines: readonly string[]): { readonly edit: Edit; readonly line: number } {
  const http = named(conf.directives, 'http')[0];
  if (http === undefined) return { edit: insertAtTop(conf, conf.path, lines), line: 1 };
  return { edit: insertFirst(conf, http, lines), line: http.line };
}
