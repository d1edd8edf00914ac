package io.petacore.data;

/**
 * A key with its value, as returned by a scan.
 *
 * @param key never null
 * @param value never null; may be empty
 */
public record Entry(Bytes key, Bytes value) {}
