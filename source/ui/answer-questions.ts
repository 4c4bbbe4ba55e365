import process from 'node:process';

/** What a process says of a question that it could not answer. */
export type Failure = {readonly failure: string};

/** The other end of a process caller: this process answers each question that comes to it, in whatever order that takes, or says why it cannot. */
export const answerQuestions = <Question extends {readonly id: number}, Answer>(
	answer: (question: Question) => Promise<Answer>,
): void => {
	process.on('message', (question: Question) => {
		const told = async (): Promise<Answer | Failure> => {
			try {
				return await answer(question);
			} catch (error) {
				return {
					failure: error instanceof Error ? error.message : String(error),
				};
			}
		};

		void told().then((message) => {
			// Undefined, or closed: nobody waits for it any more.
			process.send?.({...message, id: question.id}, () => undefined);
		});
	});
};
