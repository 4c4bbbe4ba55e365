import os from 'node:os';

/** Who sits in front; empty for a user id without a name, as in some containers. */
export const username = (): string => {
	try {
		return os.userInfo().username;
	} catch {
		return '';
	}
};
