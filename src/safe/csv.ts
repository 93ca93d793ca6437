/** CSV after RFC 4180 that a spreadsheet cannot take for formulas. */
import { showBlock } from './display.ts';

/** Characters a spreadsheet starts a formula with, their full-width twins included, and what it may strip first. */
const FORMULA_START = /^[\s'"]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** Where a spreadsheet of another country begins a new cell, if a formula follows. */
const HIDDEN_START = /(;[\s'"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const prefixed = FORMULA_START.test(value) ? `'${value}` : value;
  const shown = showBlock(prefixed).replace(HIDDEN_START, "$1'");
  return /[",;\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/** One record, CRLF included (RFC 4180). Null is an empty cell; a text that starts like a formula gets a leading `'`. */
export function csvRow(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}
