// Signs events with an implementation that is not ours. Prints one JSON object: the key set, and for each token its body
// (base64), its detached value and whether a receiver of Universign's webhooks may accept it.
import { webcrypto } from 'node:crypto'

// Node.js 18, as Debian 12 has it, does not offer WebCrypto globally, and jose looks for it there.
globalThis.crypto ??= webcrypto
const jose = await import('jose')

const encode = (text) => new TextEncoder().encode(text)
const signatures = []

async function sign(name, accepted, body, header, key, protectedExtras = {}) {
  const signer = new jose.FlattenedSign(body).setProtectedHeader({ ...header, ...protectedExtras })
  const options = protectedExtras.crit?.includes('urn:example:ext') ? { crit: { 'urn:example:ext': true } } : undefined
  const token = await signer.sign(key, options)
  signatures.push({
    name,
    accepted,
    body: Buffer.from(body).toString('base64'),
    value: `${token.protected}..${token.signature}`,
  })
}

const extractable = { extractable: true }
const small = await jose.generateKeyPair('PS256', { modulusLength: 2048, ...extractable })
const large = await jose.generateKeyPair('PS256', { modulusLength: 4096, ...extractable })
const keys = []
for (const [kid, pair] of [['small', small], ['large', large]]) {
  keys.push({ ...(await jose.exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'PS256' })
}
const as = async (alg, pair) => jose.importJWK(await jose.exportJWK(pair.privateKey), alg)

const event = encode('{"object":"event","id":"evt_1", "type":"transaction.lifecycle.completed"}')
const bodies = {
  'an event': event,
  'an indented event in French': encode(JSON.stringify({ id: 'evt_2', nom: 'Hélène — signé ✓ 😀' }, null, 2) + '\n'),
  'an empty body': new Uint8Array(0),
  'every byte': Uint8Array.from({ length: 256 }, (_, i) => i),
  'a large body': new Uint8Array(700_001).fill(0x7b),
}
for (const [name, body] of Object.entries(bodies)) {
  await sign(`${name}, 2048 bits`, true, body, { alg: 'PS256', kid: 'small' }, small.privateKey)
  await sign(`${name}, 4096 bits`, true, body, { alg: 'PS256', kid: 'large' }, large.privateKey)
}
await sign('members in another order, typ and iat', true, event, { kid: 'small', typ: 'JOSE', iat: 1, alg: 'PS256' },
  small.privateKey)

const refuse = (name, header, key, extras) => sign(name, false, event, header, key, extras)
for (const alg of ['PS384', 'PS512', 'RS256', 'RS384', 'RS512']) {
  await refuse(alg, { alg, kid: 'small' }, await as(alg, small))
}
const curve = await jose.generateKeyPair('ES256')
await refuse('ES256', { alg: 'ES256', kid: 'small' }, curve.privateKey)
const publicText = encode(await jose.exportSPKI(small.publicKey))
await refuse('HS256 with the public key as secret', { alg: 'HS256', kid: 'small' }, publicText)
await refuse('no kid', { alg: 'PS256' }, small.privateKey)
await refuse('unknown kid', { alg: 'PS256', kid: 'other' }, small.privateKey)
await refuse('another key of the set', { alg: 'PS256', kid: 'large' }, small.privateKey)
await refuse('unencoded payload', { alg: 'PS256', kid: 'small' }, small.privateKey, { b64: false, crit: ['b64'] })
await refuse('critical extension', { alg: 'PS256', kid: 'small' }, small.privateKey,
  { crit: ['urn:example:ext'], 'urn:example:ext': 1 })
await refuse('jku', { alg: 'PS256', kid: 'small' }, small.privateKey, { jku: 'https://attacker.example/jwks.json' })
await refuse('x5u', { alg: 'PS256', kid: 'small' }, small.privateKey, { x5u: 'https://attacker.example/cert.pem' })
const attacker = await jose.generateKeyPair('PS256', { modulusLength: 2048, ...extractable })
await refuse('a key of the attacker', { alg: 'PS256', kid: 'small' }, attacker.privateKey)
await refuse('a key of the attacker inside the header', { alg: 'PS256', kid: 'small' }, attacker.privateKey,
  { jwk: await jose.exportJWK(attacker.publicKey) })

process.stdout.write(JSON.stringify({ jwks: { keys }, signatures }))
