// How amounts are written for people, short enough for a tile.

const SMALL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

function scaled(value: number, step: number, units: readonly string[]): string {
  let at = 0;
  for (; value >= step && at + 1 < units.length; ++at) value /= step;
  const number = (value < 10 && at > 0 ? SMALL : WHOLE).format(value);
  return `${number}${units[at]}`;
}

export const bytes = (value: number): string =>
  scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);

export const count = (value: number): string => {
  if (value < 10_000) return (value > 0 && value < 10 ? SMALL : WHOLE).format(value);
  return scaled(value, 1000, ['', ' k', ' M', ' G']);
};

export const perSecond = (value: number): string => `${count(value)}/s`;

export const percent = (part: number): string =>
  `${(part < 0.1 ? SMALL : WHOLE).format(part * 100)} %`;

/** The next number above that is 1, 2 or 5 and zeros; with steps of 1024, in the unit it is shown in. */
export function roundUp(value: number, step = 10): number {
  if (step === 1024 && value >= step) return step * roundUp(value / step, step);
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((digit) => digit * power >= value) ?? 10) * power;
}
