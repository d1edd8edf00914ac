package io.petacore.bench.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class RatioChartTest {

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  @Test
  void theLengthOfABarIsProportionalToItsRatio() throws Exception {
    RatioChart chart = new RatioChart("a < b & c");
    chart.bar("twice", 2, 1, true);
    chart.bar("four times", 4, 5, true);
    NodeList rects = parse(chart.toSvg()).getElementsByTagName("rect");
    assertEquals(3, rects.getLength(), "the background and two bars");
    double first = Double.parseDouble(((Element) rects.item(1)).getAttribute("width"));
    double second = Double.parseDouble(((Element) rects.item(2)).getAttribute("width"));
    assertEquals(2 * first, second, 0.2);
    String reached = ((Element) rects.item(1)).getAttribute("fill");
    assertTrue(!reached.equals(((Element) rects.item(2)).getAttribute("fill")));
  }

  @Test
  void anUpperBoundIsReachedByASmallerRatio() throws Exception {
    RatioChart chart = new RatioChart("latencies");
    chart.bar("faster", 0.5, 1, false);
    chart.bar("slower", 2, 1, false);
    NodeList rects = parse(chart.toSvg()).getElementsByTagName("rect");
    String fast = ((Element) rects.item(1)).getAttribute("fill");
    assertTrue(!fast.equals(((Element) rects.item(2)).getAttribute("fill")));
  }
}
