// Who looks at the hub's figures shows a token. It is kept for this tab only.

import { find } from './dom.js';

const KEY = 'roomcast-dashboard-token';

export class TokenGate {
  readonly #form = find('gate', HTMLFormElement);
  readonly #field = find('token', HTMLInputElement);
  readonly #refusal = find('refusal', HTMLElement);

  /** `given`: called with each token that somebody tries. */
  constructor(given: (token: string) => void) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = this.#field.value.trim();
      if (token === '') return;
      this.#refusal.textContent = '';
      given(token);
    });
  }

  /** Of this tab, or in the address behind `#token=`, where it does not stay. */
  kept(): string | undefined {
    const inAddress = new URLSearchParams(location.hash.slice(1)).get('token');
    if (inAddress) {
      history.replaceState(null, '', location.pathname + location.search);
      this.keep(inAddress);
      return inAddress;
    }
    try {
      return sessionStorage.getItem(KEY) ?? undefined;
    } catch {
      return undefined;
    }
  }

  keep(token: string): void {
    try {
      sessionStorage.setItem(KEY, token);
    } catch {
      // Switched off: it is asked for again after a reload.
    }
  }

  forget(): void {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // There was nothing.
    }
    this.#field.value = '';
  }

  open(why = ''): void {
    this.#form.hidden = false;
    this.#refusal.textContent = why;
    this.#field.focus();
  }

  shut(): void {
    this.#form.hidden = true;
  }
}
