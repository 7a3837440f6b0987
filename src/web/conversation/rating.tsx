/** Whether an answer was good: the best and the worst of the hub's five. */
import { useState } from 'preact/hooks';
import { Failure } from '../kit/failure.js';

const choices = [
  { rating: 5, sign: 'Good', name: 'Good answer' },
  { rating: 1, sign: 'Bad', name: 'Bad answer' },
];

export function Rating({
  turnId,
  rate,
}: {
  turnId: string;
  rate: (turnId: string, rating: number) => Promise<void>;
}) {
  const [given, setGiven] = useState<number>();
  const [failed, setFailed] = useState<unknown>();
  const give = async (rating: number) => {
    const before = given;
    setGiven(rating);
    setFailed(undefined);
    try {
      await rate(turnId, rating);
    } catch (error) {
      setGiven(before);
      setFailed(error);
    }
  };
  return (
    <>
      {choices.map(({ rating, sign, name }) => (
        <button
          key={rating}
          type="button"
          class="small"
          aria-label={name}
          title={name}
          aria-pressed={given === rating}
          onClick={() => give(rating)}
        >
          {sign}
        </button>
      ))}
      {failed !== undefined && <Failure error={failed} />}
    </>
  );
}
