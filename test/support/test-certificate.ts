/**
 * A key pair for TLS in tests, made once with `openssl`: self-signed, valid from 2020 to 2120, in
 * the name of `localhost` alone, so that `localhost` verifies and `127.0.0.1` is a wrong name.
 */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';

const file = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

/** For a program of its own: `NODE_EXTRA_CA_CERTS`. */
export const testCertificateFile = file('cert.pem');

/** PEM texts, as `tls.createServer` takes them. */
export const testCertificate = {
  cert: readFileSync(testCertificateFile, 'utf8'),
  key: readFileSync(file('key.pem'), 'utf8'),
};

/** From now on this process trusts the certificate, beside those that it trusted before. */
export const trustTestCertificate = (): void => {
  setDefaultCACertificates([...getCACertificates('default'), testCertificate.cert]);
};
