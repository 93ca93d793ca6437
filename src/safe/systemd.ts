/** An argument for a command line in a systemd unit: no blank splits it, no specifier or variable is put in its place. */
export function systemdArgument(text: string): string {
  const literal = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[\w@%+=:,./$-]+$/.test(literal)) return literal;
  const escaped = literal.replace(/["\\]/g, '\\$&').replace(/[\0-\x1f\x7f]/g, (c) => {
    return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}
