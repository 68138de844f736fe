/** `make` with a memory: its result for one object is made on first use and kept as long as the object, which nobody changes. */
export function kept<Key extends object, Value>(make: (of: Key) => Value): (of: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (of) => {
    let found = known.get(of);
    if (found === undefined) {
      found = make(of);
      known.set(of, found);
    }
    return found;
  };
}
