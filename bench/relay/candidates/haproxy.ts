/** The configuration of HAProxy as a WebSocket proxy, in one thread. */

/** For a port of its own and a backend, both on this machine. */
export const haproxyConfig = (port: number, backendPort: number): string => `global
  nbthread 1
  maxconn 6000
defaults
  mode http
  timeout connect 10s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
  timeout http-request 10s
frontend viewers
  bind 127.0.0.1:${port} backlog 4096
  maxconn 6000
  default_backend sessions
backend sessions
  server one 127.0.0.1:${backendPort}
`;
