interface Standing {
  readonly name: string;
  readonly position: number;
  readonly build: { readonly position: number } | null;
}

/** Positions a second, from one look to the next: of what is live, or of what is being built. */
export class Rates {
  #last = new Map<string, number>();
  #lookedAt = 0;

  of(projections: readonly Standing[], now = performance.now()): ReadonlyMap<string, number> {
    const seconds = (now - this.#lookedAt) / 1000;
    const places = new Map(
      projections.map(({ name, position, build }) => [name, build?.position ?? position]),
    );
    const rates = [...places].map(([name, place]): [string, number] => [
      name,
      // A negative step is another generation, and no speed.
      Math.max(0, (place - (this.#last.get(name) ?? place)) / seconds),
    ]);
    this.#last = places;
    this.#lookedAt = now;
    return new Map(rates);
  }
}
