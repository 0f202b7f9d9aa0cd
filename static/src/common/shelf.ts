// Things that come one by one and are waited for by name.

interface Place<T> {
  promise: Promise<T>;
  thing?: T;
  resolve(value: T): void;
}

/** A shelf: who asks for a name before its thing has come waits for it. The first thing of a name stays. */
export class Shelf<T> {
  readonly #places = new Map<string, Place<T>>();

  get(name: string): Promise<T> {
    return this.#place(name).promise;
  }

  put(name: string, thing: T): void {
    const place = this.#place(name);
    place.thing ??= thing;
    place.resolve(thing);
  }

  /** The thing of a name, if it has come. */
  here(name: string): T | undefined {
    return this.#places.get(name)?.thing;
  }

  /** Forgets the thing of a name: who asks from now on waits for another one. */
  drop(name: string): void {
    this.#places.delete(name);
  }

  #place(name: string): Place<T> {
    const found = this.#places.get(name);
    if (found) return found;
    let settle: ((value: T) => void) | undefined;
    const promise = new Promise<T>((resolve) => {
      settle = resolve;
    });
    const made: Place<T> = { promise, resolve: (value) => settle?.(value) };
    this.#places.set(name, made);
    return made;
  }
}
