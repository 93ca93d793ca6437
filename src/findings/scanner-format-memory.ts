/** An access format in the scanner's memory: src/scanner/access-format.ts, access-values.ts and access-key.ts. */
import type { Ending, Role, ScannerFormat } from './scanner-format.ts';
import type { ScannerExports } from './scanner-module.ts';

/** Makes it the format that access lines are expected in; false where there is no room for it. */
export function writeFormat(format: ScannerFormat, code: ScannerExports): boolean {
  if (!fits(format, code)) return false;
  const { lead, slots, keys, numbers, sizeTells, clientNeeded, tailGuessed } = format;
  const memory = Buffer.from(code.memory.buffer);
  const slotBytes = code.SLOT_BYTES.value;
  const kinds = kindsIn(code);
  let at = code.LITERALS.value + memory.write(lead, code.LITERALS.value, 'latin1');
  for (const [index, { kind, after }] of slots.entries()) {
    const slot = code.SLOTS.value + index * slotBytes;
    memory.writeUInt16LE(kinds[kind], slot);
    memory.writeUInt16LE(after.length, slot + 2);
    memory.writeUInt32LE(at, slot + 4);
    const length = memory.write(after, at, 'latin1');
    memory.fill(0, slot + 8, slot + slotBytes);
    memory.copy(memory, slot + 8, at, at + Math.min(length, 8));
    memory.fill(255, slot + 16, slot + 16 + Math.min(length, 8));
    at += length;
  }
  for (const [role, offset] of rolesIn(code)) memory.writeInt32LE(format.places[role], code.PLACES.value + offset);
  const parts = [...keys, ...numbers];
  new Int32Array(memory.buffer, code.KEY_SLOTS.value, parts.length).set(parts);
  code.setSlots(slots.length, lead.length);
  code.setAccess(keys.length, numbers.length, sizeTells, clientNeeded, tailGuessed);
  return true;
}

function fits({ lead, slots, keys, numbers }: ScannerFormat, code: ScannerExports): boolean {
  const literals = [lead, ...slots.map(({ after }) => after)];
  return (
    slots.length <= code.MOST_SLOTS.value &&
    keys.length + numbers.length <= code.MOST_PARTS.value &&
    literals.reduce((sum, { length }) => sum + length, 0) <= code.LITERAL_BYTES.value &&
    !literals.some((literal) => literal.includes('\n'))
  );
}

function kindsIn(code: ScannerExports): Readonly<Record<Ending, number>> {
  return {
    quoted: code.KIND_QUOTED.value,
    number: code.KIND_NUMBER.value,
    word: code.KIND_WORD.value,
    list: code.KIND_LIST.value,
    text: code.KIND_ANY.value,
    time: code.KIND_TIME.value,
    rest: code.KIND_REST.value,
    bare: code.KIND_BARE.value,
  };
}

function rolesIn(code: ScannerExports): readonly (readonly [Role, number])[] {
  return [
    ['time', code.ROLE_TIME.value],
    ['exactTime', code.ROLE_EXACT_TIME.value],
    ['client', code.ROLE_CLIENT.value],
    ['request', code.ROLE_REQUEST.value],
    ['method', code.ROLE_METHOD.value],
    ['target', code.ROLE_TARGET.value],
    ['protocol', code.ROLE_PROTOCOL.value],
    ['status', code.ROLE_STATUS.value],
    ['size', code.ROLE_SIZE.value],
    ['seconds', code.ROLE_SECONDS.value],
    ['connection', code.ROLE_CONNECTION.value],
    ['upgrade', code.ROLE_UPGRADE.value],
  ];
}
