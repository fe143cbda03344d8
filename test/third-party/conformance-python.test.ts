/** The proxy in front of a backend made with Debian's `python3-websockets`. */
import { describe } from 'vitest';
import { conformanceSuite } from '../conformance/suite.ts';
import { pythonConformanceBackend } from './conformance-python.ts';

describe('a viewer of a python backend, through the proxy as directly', () => {
  conformanceSuite('python', pythonConformanceBackend);
});
