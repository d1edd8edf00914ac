package io.petacore.examples.catalogue;

/**
 * A city.
 *
 * @param name its name
 * @param country the code of its country
 * @param population the number of its inhabitants
 */
public record City(String name, String country, int population) {}
