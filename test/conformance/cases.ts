/** All cases of conformance. */
import { type Case, numbered, type Server } from './case.ts';
import { closings } from './cases-closing.ts';
import { compression } from './cases-compression.ts';
import { fragmentation } from './cases-fragments.ts';
import { framing } from './cases-framing.ts';
import { limits } from './cases-limits.ts';
import { offers } from './cases-offers.ts';
import { pings } from './cases-pings.ts';
import { reservedBits, reservedOpcodes } from './cases-reserved.ts';
import { utf8 } from './cases-utf8.ts';

/** What the groups are about, by their numbers. */
export const GROUPS: Readonly<Record<string, string>> = {
  '1': 'framing',
  '2': 'pings',
  '3': 'reserved bits',
  '4': 'reserved opcodes',
  '5': 'fragmentation',
  '6': 'UTF-8',
  '7': 'closing',
  '9': 'limits',
  '12': 'compression',
  '13': 'offers',
};

const ALL: readonly Case[] = [
  ...numbered('1', framing),
  ...numbered('2', pings),
  ...numbered('3', reservedBits),
  ...numbered('4', reservedOpcodes),
  ...numbered('5', fragmentation),
  ...numbered('6', utf8),
  ...numbered('7', closings),
  ...numbered('9', limits),
  ...numbered('12', compression),
  ...numbered('13', offers),
];

/** The cases that a backend can be asked. */
export const casesFor = (server: Server): readonly Case[] =>
  ALL.filter(({ only }) => only === undefined || only === server);
