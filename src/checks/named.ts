/** What somebody has named, by text: each is read once, however often it is asked for. */
import { addressesIn, hostsIn, isNamed } from './hosts.js';
import { squeezed } from './squeezed.js';

interface Read {
  hosts?: ReadonlySet<string>;
  addresses?: ReadonlySet<string>;
  mails?: ReadonlySet<string>;
  plain?: string;
}

/** Also odd ones, but no pictures (`x@2x.png`) and no versions (`x@1.2.33`). */
const mail =
  /[^\s@<>(),;:[\]]{1,64}@(?!\d+x\.(?:png|jpe?g|gif|webp|svg)(?!\p{L}))((?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+|\[[\da-f.:]+\])/giu;
/** Without what stands before it, such as a quotation mark or `to=`. */
const bare = (address: string) => address.replace(/^.*["'`*_|/=“„«‘](?=[^@]+@)/su, '');

/** All mail addresses that a text has, and where each leads. */
export function mailsIn(text: string): { address: string; host: string }[] {
  return [...text.matchAll(mail)].map(([address, host = '']) => ({ address, host: host.toLowerCase() }));
}

export class Named {
  readonly #read = new Map<string, Read>();

  host(host: string, texts: readonly string[]): boolean {
    return texts.some((text) => {
      const read = this.#of(text);
      read.hosts ??= new Set(hostsIn(text));
      return isNamed(host, read.hosts);
    });
  }

  /** @param address as `plainAddress` gives it */
  address(address: string, texts: readonly string[]): boolean {
    return texts.some((text) => {
      const read = this.#of(text);
      read.addresses ??= new Set(addressesIn(text));
      return read.addresses.has(address);
    });
  }

  /** From its beginning to its end. */
  mail(address: string, texts: readonly string[]): boolean {
    return texts.some((text) => {
      const read = this.#of(text);
      read.mails ??= new Set(
        mailsIn(text).flatMap((one) => [one.address, bare(one.address)].map((each) => each.toLowerCase())),
      );
      return read.mails.has(address.toLowerCase()) || read.mails.has(bare(address).toLowerCase());
    });
  }

  words(words: string, texts: readonly string[]): boolean {
    const plain = squeezed(words);
    return texts.some((text) => {
      const read = this.#of(text);
      read.plain ??= squeezed(text);
      return read.plain.includes(plain);
    });
  }

  #of(text: string): Read {
    const known = this.#read.get(text) ?? {};
    this.#read.set(text, known);
    return known;
  }
}
