/** The proxy in front of a backend made with `ws`. */
import { describe } from 'vitest';
import { conformanceSuite } from './suite.ts';
import { conformanceBackend } from './ws-backend.ts';

describe('a viewer of a ws backend, through the proxy as directly', () => {
  conformanceSuite('ws', conformanceBackend);
});
