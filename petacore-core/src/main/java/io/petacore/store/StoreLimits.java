package io.petacore.store;

/**
 * What one request can carry.
 *
 * @param maxOperations how many guards or operations a batch may have per level of nesting: at each
 *     level the greater of the two, plus the same of the deepest level below, must stay within it
 * @param maxRequestBytes the greatest encoded size of a request, in bytes
 */
public record StoreLimits(int maxOperations, int maxRequestBytes) {}
