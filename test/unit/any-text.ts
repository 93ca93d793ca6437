/**
 * Text of any characters. fast-check's own `unit: 'binary'` is the same, but takes a second and a half to be made, in
 * each process of the tests.
 */
import fc from 'fast-check';

const SURROGATES = 0x800;
const FIRST_SURROGATE = 0xd800;

/** One character, of all that there are. */
const anyCharacter = fc
  .oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0x10ffff - SURROGATES }))
  .map((code) => String.fromCodePoint(code < FIRST_SURROGATE ? code : code + SURROGATES));

export function anyText(maxLength = 60): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter, maxLength });
}
