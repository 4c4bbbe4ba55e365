/**
The environment variable of a setting: `LIFEBLOOD_`, the component, and the setting's path, in capitals. A first section that is named like the component is not said twice: `scheduler.database.path` of the scheduler is `LIFEBLOOD_SCHEDULER_DATABASE_PATH`.
*/
export const variableName = (
	component: string,
	path: readonly string[],
): string => {
	const rest = path[0] === component ? path.slice(1) : path;
	return ['LIFEBLOOD', component, ...rest].join('_').toUpperCase();
};
