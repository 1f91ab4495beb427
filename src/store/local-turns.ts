/** Runs work for the same key one piece after the other, in this process. */
export function createLocalTurns<Key>(): <T>(key: Key, work: () => Promise<T>) => Promise<T> {
  /** The last piece for each key that has any. */
  const tails = new Map<Key, Promise<unknown>>();
  return (key, work) => {
    const mine = (tails.get(key) ?? Promise.resolve()).then(work, work);
    tails.set(key, mine);
    const forget = () => {
      if (tails.get(key) === mine) tails.delete(key);
    };
    mine.then(forget, forget);
    return mine;
  };
}
