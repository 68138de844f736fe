/** Whether two labels name one class: exporters turn booleans into 0 and 1, and numbers may be written 1 or 1.0. */
export function sameClass(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(label: string): string {
  const lower = label.toLowerCase();
  if (lower === 'false' || lower === 'true') return lower === 'true' ? '1' : '0';
  return /^-?\d+\.0+$/.test(label) ? label.replace(/\.0+$/, '') : label;
}
