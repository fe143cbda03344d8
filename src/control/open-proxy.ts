/**
 * A proxy with its control socket, as the program runs it, in whichever thread: the socket is
 * opened beside the relay, and a proxy that cannot be controlled as was asked does not run.
 * Where there is no such socket, nothing of it is loaded, and nothing is counted.
 */
import type { ControlDoors, ControlOptions, ProxyOptions } from '../contract.ts';
import { startProxy, type Proxy, type ProxyParts } from '../proxy/proxy.ts';

/** A running proxy, and where it is controlled. */
export type OpenProxy = Proxy & {
  readonly doors: ControlDoors;
  /** Counts events that whoever reads stdout did not get. */
  readonly missed: (count: number) => void;
};

const nothing = async (): Promise<void> => {};

/**
 * Starts both, and what counts for whoever scrapes.
 * @throws BouncerError where one of them cannot listen
 */
export const startOpenProxy = async (
  options: ProxyOptions,
  control: ControlOptions,
  parts: Omit<ProxyParts, 'prepare' | 'onRtt'>,
): Promise<OpenProxy> => {
  if (control.socketPath === null && control.listen === null) {
    const doors = { socketPath: null, tcp: null };
    return { ...(await startProxy(options, parts)), doors, missed: () => undefined };
  }
  const [{ openApi }, { programVersion }, { createMetrics }] = await Promise.all([
    import('../api/api.ts'),
    import('../api/package-files.ts'),
    import('../metrics/metrics.ts'),
  ]);
  const figures = createMetrics(programVersion());
  let doors: ControlDoors = { socketPath: null, tcp: null };
  let closeDoors = nothing;
  const prepare: ProxyParts['prepare'] = async (proxy) => {
    const { metrics } = figures;
    const missed = (count: number): void => figures.dropped('stream', count);
    figures.follow(proxy.measure);
    const { socketPath, tcp, close } = await openApi(proxy, control, {
      address: proxy.address,
      metrics,
      missed,
    });
    doors = { socketPath, tcp };
    closeDoors = close;
    return doors;
  };
  try {
    const proxy = await startProxy(options, {
      ...parts,
      onEvent: (event) => {
        figures.observe(event);
        parts.onEvent?.(event);
      },
      onRtt: figures.rtt,
      prepare,
    });
    // Only then have attached consoles, and readers of events, heard that it has stopped.
    const closed = proxy.closed.then(async (reason) => {
      await closeDoors();
      figures.close();
      return reason;
    });
    return { ...proxy, closed, doors, missed: (count) => figures.dropped('stdout', count) };
  } catch (error) {
    figures.close();
    throw error;
  }
};
