/** While the tape lasts, this many draws in a hundred bring what usually happens. */
const USUAL = 60;

/**
 * Decides what happens next from a tape of numbers below 100, so that a history can be replayed and shrunk: 0 is
 * always what usually happens, and so is everything once the tape has run out.
 */
export class Chance {
  readonly #tape: readonly number[];
  #position = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** One draw in twenty, while the tape lasts. */
  rarely(): boolean {
    return this.#draw() >= 95;
  }

  among<T>(usual: T, ...others: T[]): T {
    const drawn = this.#draw();
    return drawn < USUAL ? usual : (others[(drawn - USUAL) % others.length] ?? usual);
  }

  #draw(): number {
    const drawn = this.#tape[this.#position] ?? 0;
    this.#position += 1;
    return drawn;
  }
}
