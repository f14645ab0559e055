// The device's own key: made here, unable to leave (not extractable), and the signer of every request (RFC 9449, DPoP).
// Who copies the cookie has not the key; who overhears a proof cannot use it again, nor for anything else.

import { now } from "./clock.js";
import { fact, keepFact } from "./store.js";

const KEPT = "device-key";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

/** @type {{pair: CryptoKeyPair, jwk: JsonWebKey}|undefined} */
let known;

/** A new key, for a device that is about to be paired; the one before, if any, is gone. */
export async function makeKey() {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  await keepFact(KEPT, pair);
  known = undefined;
}

/**
 * The proof for one request; none when this device has no key.
 * @param {string} method @param {string} path without query @returns {Promise<string|undefined>}
 */
export async function proofFor(method, path) {
  const key = await loaded();
  if (!key) return undefined;
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: key.jwk };
  const claims = { jti: crypto.randomUUID(), htm: method, htu: location.origin + path, iat: Math.floor(now() / 1000) };
  const signed = `${inBase64(text(header))}.${inBase64(text(claims))}`;
  const signature = await crypto.subtle.sign(SIGNING, key.pair.privateKey, new TextEncoder().encode(signed));
  return `${signed}.${inBase64(new Uint8Array(signature))}`;
}

async function loaded() {
  if (known) return known;
  const pair = /** @type {CryptoKeyPair|undefined} */ (await fact(KEPT));
  if (!pair) return undefined;
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  known = { pair, jwk: { kty, crv, x, y } };
  return known;
}

/** @param {object} what */
const text = (what) => new TextEncoder().encode(JSON.stringify(what));

/** @param {Uint8Array} bytes */
const inBase64 = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
