/** What a TLS connection shows of its server, and what a failed TLS handshake means. */
import type tls from 'node:tls';
import type { Failure, TlsFacts } from './attempt.ts';

/** OpenSSL's codes for a certificate that is not trusted, in words. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'it has expired'],
  ['CERT_NOT_YET_VALID', 'it is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its chain ends in a root this machine does not trust'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its chain is incomplete: the intermediate certificate is not sent'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its issuer is not sent and not known here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its issuer is not sent and not known here'],
  ['CERT_REVOKED', 'it was revoked'],
  ['INVALID_PURPOSE', 'it is not one for servers'],
]);

export function tlsFactsOf(socket: tls.TLSSocket): TlsFacts {
  const certificate = socket.getPeerCertificate();
  const given = Object.keys(certificate).length > 0;
  // Node gives the code of OpenSSL's verdict here, or that of the name check, though it is typed as an error.
  const reason: unknown = socket.authorizationError;
  const code = reason instanceof Error ? reason.message : typeof reason === 'string' ? reason : '';
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.name ?? 'unknown',
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    subject: given ? nameOf(certificate.subject) : '',
    issuer: given ? nameOf(certificate.issuer) : '',
    names: given ? (certificate.subjectaltname ?? '').replace(/\b(?:DNS|IP Address):/g, '') : '',
    validTo: given ? Date.parse(certificate.valid_to) : Number.NaN,
    problem: code === '' ? null : (PROBLEMS.get(code) ?? inWords(code)),
  };
}

function inWords(code: string): string {
  if (/ALTNAME/.test(code)) return 'it is for another name';
  return `it is not trusted (${code})`;
}

function nameOf(entity: tls.Certificate | undefined): string {
  const name: unknown = entity?.CN ?? entity?.O ?? '';
  return Array.isArray(name) ? name.join(', ') : String(name);
}

/** What OpenSSL says when the other side answers in something that is not TLS. */
const NOT_TLS = /wrong version number|packet length too long|http request|record layer failure|unexpected message/i;

/** A failed TLS handshake in the probe's terms. */
export function tlsFailure(error: NodeJS.ErrnoException): Failure {
  const said = `${error.code ?? ''} ${error.message}`.replaceAll('_', ' ');
  if (NOT_TLS.test(said)) return { kind: 'not-tls', text: 'does not speak TLS' };
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    return { kind: 'tls-closed', text: 'closed the connection in the TLS handshake' };
  const alert = /alert ([a-z0-9 ]+?)(?::|$)/i.exec(said)?.[1];
  return { kind: 'tls-refused', text: `refused the TLS handshake (${alert?.trim() ?? error.code ?? error.message})` };
}
