package io.petacore.examples.booking;

/**
 * A seat of the hall.
 *
 * @param row the row, from 1
 * @param number the number in the row, from 1
 */
public record Seat(int row, int number) {}
