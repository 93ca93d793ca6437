/**
 * Texts that recur in a log, found where they stand in its bytes. Neither the length nor a hash of the text at hand
 * need be known: a tree of the bytes in which the stored texts differ leads to the only one it can be, and a comparison
 * of all of it decides. That costs some 30 ns for 110 bytes; the search for the text's end, its hash and a look-up in a
 * Map took 300.
 *
 * No stored text may be the beginning of another. All texts stored here end in what occurs only once in them.
 */
import type { TextWindow } from './text-window.ts';

export interface Known<Value> {
  readonly value: Value;
  /** Bytes. */
  readonly length: number;
}

interface Leaf<Value> extends Known<Value> {
  readonly kind: 'leaf';
  /** As latin1. */
  readonly text: string;
  /**
   * The text, eight bytes at a time, as doubles: half as many steps as with four.
   * Doubles are equal when their bits are, but for zeros and what is no number; a text with such has none.
   */
  readonly words: readonly number[];
  /** Where they end; bytes from there on are compared one by one. */
  readonly wordsEnd: number;
}

interface Fork<Value> {
  readonly kind: 'fork';
  /** Position of the byte that decides. */
  readonly at: number;
  readonly keys: number[];
  readonly nodes: Node<Value>[];
}

type Node<Value> = Leaf<Value> | Fork<Value>;

export class KnownTexts<Value> {
  size = 0;
  #root: Node<Value> | null = null;

  /** The stored text that stands at `start`. */
  get(window: TextWindow, start: number): Known<Value> | null {
    const { bytes, view } = window;
    let node = this.#root;
    if (node === null) return null;
    while (node.kind === 'fork') {
      const { keys, nodes }: Fork<Value> = node;
      const key = bytes[start + node.at];
      let i = 0;
      while (i < keys.length && keys[i] !== key) i++;
      if (i === keys.length) return null;
      node = nodes[i]!;
    }
    const { text, words, wordsEnd, length } = node;
    if (start + length > window.end) return null;
    let at = start;
    for (let i = 0; i < words.length; i++, at += 8) if (words[i] !== view.getFloat64(at, true)) return null;
    for (let i = wordsEnd; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return null;
    return node;
  }

  /** Stores the text from `start` to `end`, which `get` does not find yet. */
  set(window: TextWindow, start: number, end: number, value: Value): Known<Value> {
    const { bytes, view } = window;
    const length = end - start;
    const words: number[] = [];
    for (let at = start; at + 8 <= end; at += 8) {
      const word = view.getFloat64(at, true);
      if (word === 0 || Number.isNaN(word)) break;
      words.push(word);
    }
    const text = window.slice(start, end);
    const leaf: Leaf<Value> = { kind: 'leaf', value, length, text, words, wordsEnd: words.length * 8 };
    this.size++;
    this.#root = this.#root === null ? leaf : this.#insert(this.#root, leaf, bytes, start);
    return leaf;
  }

  clear(): void {
    this.#root = null;
    this.size = 0;
  }

  /** The tree with one more leaf, whose text stands at `start`. */
  #insert(root: Node<Value>, leaf: Leaf<Value>, bytes: Buffer, start: number): Node<Value> {
    // Any leaf below the point where the paths part agrees with all others there on the bytes before it.
    let near = root;
    while (near.kind === 'fork') near = near.nodes[Math.max(0, near.keys.indexOf(bytes[start + near.at]!))]!;
    let at = 0;
    while (near.text.charCodeAt(at) === bytes[start + at]) at++;
    let parent: Fork<Value> | null = null;
    let node = root;
    while (node.kind === 'fork' && node.at < at) {
      parent = node;
      node = node.nodes[node.keys.indexOf(bytes[start + node.at]!)]!;
    }
    const key = bytes[start + at]!;
    if (node.kind === 'fork' && node.at === at) {
      node.keys.push(key);
      node.nodes.push(leaf);
      return root;
    }
    const fork: Fork<Value> = { kind: 'fork', at, keys: [near.text.charCodeAt(at), key], nodes: [node, leaf] };
    if (parent === null) return fork;
    parent.nodes[parent.keys.indexOf(bytes[start + parent.at]!)] = fork;
    return root;
  }
}
