/** Packed data breaks its format, or its checksum is wrong. */
export class Damaged extends Error {}

/** Packed data ends in its middle. */
export class CutOff extends Error {}
