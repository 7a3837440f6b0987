import { ApiError } from '../api.js';

/** An error in words, for people who use a screen reader at once. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { message, field } = error instanceof ApiError ? error : { message: String(error), field: undefined };
  const named = field && !message.startsWith(field) ? `${field}: ${message}` : message;
  return (
    <p class="failure" role="alert">
      {named}{' '}
      {retry && (
        <button type="button" class="button plain" onClick={retry}>
          Try again
        </button>
      )}
    </p>
  );
}
