/** The configuration of nginx as a WebSocket proxy, in one process. */

/** `buffer` is the size of a connection's two buffers; null leaves the default of a memory page. */
export const nginxConfig = (
  folder: string,
  port: number,
  backendPort: number,
  buffer: string | null,
): string => `daemon off;
master_process off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr crit;
worker_rlimit_nofile 65536;
events { worker_connections 30000; }
http {
  access_log off;
  client_body_temp_path ${folder}/client;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://127.0.0.1:${backendPort};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection Upgrade;
      proxy_set_header Host $host;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;${buffer === null ? '' : `\n      proxy_buffer_size ${buffer};\n      proxy_buffers 4 ${buffer};\n      proxy_busy_buffers_size ${buffer};`}
    }
  }
}
`;
