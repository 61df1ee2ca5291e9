/** Digits of the longest number whose place can be told; `digitsOf` in operand.ts reads no longer ones. */
const LENGTH_DIGITS = 4;

/**
 * A text for the digits of a whole number of any size: texts compare by their bytes as the numbers do. That is the sign,
 * then how many digits there are, then these; of a negative number, each digit's distance from nine.
 */
export function bigintKey(digits: string): string {
  const isNegative = digits.startsWith('-');
  const size = isNegative ? digits.slice(1) : digits;
  const placed = String(size.length).padStart(LENGTH_DIGITS, '0') + size;
  return isNegative ? `-${mirrored(placed)}` : `0${placed}`;
}

/** The digits that a key was made of. */
export function digitsOfKey(key: string): string {
  const size = key.slice(1 + LENGTH_DIGITS);
  return key.startsWith('-') ? `-${mirrored(size)}` : size;
}

function mirrored(digits: string): string {
  return digits.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));
}
