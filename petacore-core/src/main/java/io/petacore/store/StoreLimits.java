package io.petacore.store;

/**
 * The limits on a request.
 *
 * @param maxOperations the maximum number of guards or operations, summed over nesting levels: the
 *     greater of the two at a level plus the same of the deepest level below must not exceed it
 * @param maxRequestBytes the maximum encoded size of a request, in bytes
 */
public record StoreLimits(int maxOperations, int maxRequestBytes) {}
