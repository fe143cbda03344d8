/** The command line of wsbouncer: everything on, and at its defaults but for what the load needs. */

/** Room for all viewers of a session of the load, as far as a test is not about the cap. */
const CAP = 100;

/** The options for a backend; `cap` and the deadlines where a work is about them. */
export const wsbouncerArgs = (
  backendPort: number,
  { cap = CAP, pingInterval = '15s' }: { readonly cap?: number; readonly pingInterval?: string },
): string[] => [
  '--listen=127.0.0.1:0',
  `--backend=ws://127.0.0.1:${backendPort}/ws/{session}`,
  `--cap=${cap}`,
  `--ping-interval=${pingInterval}`,
];
