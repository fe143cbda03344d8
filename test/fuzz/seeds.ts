/**
 * Seeds that are run before all others: of the scanner one for every fault and every way in which a
 * stream may end, of the others those that once failed. They mean what they do as long as chance
 * and the generators are what they are; whoever changes one looks for new ones.
 */
export const seeds: Readonly<
  Record<'scanner' | 'front' | 'wire' | 'log' | 'doorstep' | 'desk', readonly number[]>
> = {
  scanner: [0, 2, 4, 5, 6, 7, 9, 11, 12, 13, 16, 17, 18, 38, 66, 77, 81, 88, 113, 155, 165, 228],
  front: [],
  wire: [],
  log: [],
  doorstep: [],
  desk: [],
};
