// Asks the application for a token, one question at a time. The core watches how long that takes.

import { RoomcastError } from './errors.js';
import type { ClientOptions, TokenRequest } from './types.js';

export interface TokenAnswers {
  given(request: number, token: string): void;
  /** Permanent: it makes no sense to ask again. */
  failed(request: number, permanent: boolean, error: RoomcastError): void;
}

export class TokenDesk {
  readonly #getToken: ClientOptions['getToken'];
  readonly #answers: TokenAnswers;
  #asking: AbortController | undefined;

  constructor(getToken: ClientOptions['getToken'], answers: TokenAnswers) {
    this.#getToken = getToken;
    this.#answers = answers;
  }

  /** A question takes the place of the one before, whose answer is not wanted any more. */
  ask(request: number, reason: TokenRequest['reason']): void {
    this.close();
    const asking = new AbortController();
    this.#asking = asking;
    void this.#ask(request, reason, asking);
  }

  close(): void {
    this.#asking?.abort();
    this.#asking = undefined;
  }

  async #ask(
    request: number,
    reason: TokenRequest['reason'],
    asking: AbortController,
  ): Promise<void> {
    let token: unknown;
    try {
      token = await this.#getToken?.({ reason, signal: asking.signal });
    } catch (cause) {
      if (this.#asking !== asking) return;
      // An error that says of itself that it will not get better is believed.
      const permanent = cause instanceof RoomcastError && !cause.retryable;
      return this.#fail(request, permanent, `getToken failed: ${cause}`, cause);
    }
    if (this.#asking !== asking) return;
    if (typeof token !== 'string') {
      return this.#fail(request, true, `getToken gave ${typeof token} and not a string`, token);
    }
    this.#asking = undefined;
    this.#answers.given(request, token);
  }

  #fail(request: number, permanent: boolean, message: string, cause: unknown): void {
    this.close();
    const error = new RoomcastError('token_failed', message, { retryable: !permanent, cause });
    this.#answers.failed(request, permanent, error);
  }
}
