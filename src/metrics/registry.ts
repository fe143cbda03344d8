/** What all metrics of one exporter are registered with. */
import { type OpenMetricsContentType, Registry } from 'prom-client';

/** The registry of one exporter; not the global one, which anybody's library may write to. */
export type Exposed = Registry<OpenMetricsContentType>;

/** What a metric is called, and a sentence about it. */
export type Named = { readonly name: string; readonly help: string };

/** An empty one, in the format of OpenMetrics 1.0. */
export const newRegistry = (): Exposed => {
  const registry: Exposed = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
};
