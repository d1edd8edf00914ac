package io.petacore.data;

/**
 * A key with its value, as a scan yields them.
 *
 * @param key never null
 * @param value never null; empty is a value
 */
public record Entry(Bytes key, Bytes value) {}
