/** The environment resolvers there are. */
export const resolverNames = ['trivial', 'standard', 'rez'] as const;
export type ResolverName = (typeof resolverNames)[number];

export const isResolverName = (name: string): name is ResolverName =>
	(resolverNames as readonly string[]).includes(name);
