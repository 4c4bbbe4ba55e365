/** For a task on which the scheduler's own code broke. */
export const defectMessage = (error: unknown): string => {
	const cause =
		error instanceof Error && error.cause instanceof Error
			? error.cause
			: error;
	return `A defect in the scheduler: ${cause instanceof Error ? cause.message : String(cause)}`;
};
