// Runs in a page that has loaded, on a screen of `width` pixels. Answers with what a reader can see of it and with what is
// wrong, in words. Elements and attributes are allowed by name: whatever else came to be, came from a value that was not
// escaped. `more` names those that a page has and a mail has not.
(async (width, more) => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));

  const ELEMENTS = 'html head meta title style body div p h1 h2 h3 dl dt dd bdi span pre table tbody tr td'.split(' ').concat(more.elements);
  const BLOCKS = ['h1, h2, h3, p, dt, dd, pre', ...more.blocks].join(', ');
  const ATTRIBUTES = 'lang dir class style charset name content role width cellpadding cellspacing'.split(' ').concat(more.attributes);
  const LEAST_CONTRAST = 4.5; // WCAG 2.2, 1.4.3, for text of any size
  const SMALLEST_TEXT = 12;
  const SLACK = 0.5; // layout rounds to fractions of a pixel

  const faults = new Set();
  const excerpt = (text) => JSON.stringify(text.trim().slice(0, 40));

  for (const element of document.querySelectorAll('*')) {
    const name = element.localName;
    if (!ELEMENTS.includes(name)) faults.add(`holds an element <${name}>`);
    for (const { name: attribute } of element.attributes) {
      if (!ATTRIBUTES.includes(attribute)) faults.add(`holds an attribute ${attribute} on <${name}>`);
    }
  }
  for (const style of document.querySelectorAll('style, [style]')) {
    const css = style.localName === 'style' ? style.textContent : style.getAttribute('style');
    if (/url\(|@import|expression\(/i.test(css)) faults.add('has a style that loads something');
  }
  const headings = [...document.querySelectorAll('h1, h2, h3')].map((heading) => Number(heading.localName[1]));
  if (headings.filter((level) => level === 1).length !== 1) faults.add('does not have exactly one <h1>');
  if (headings.some((level, index) => level > (headings[index - 1] ?? 0) + 1)) faults.add('skips a level of heading');

  // A phone lays a page out on a wider sheet where it does not fit.
  if (innerWidth !== width) faults.add(`is laid out ${innerWidth} pixels wide on a screen of ${width}`);
  const across = document.documentElement.scrollWidth;
  if (across > width) faults.add(`is ${across} pixels wide on a screen of ${width}`);

  const colour = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    // What color-mix() comes to is said in fractions.
    const [red, green, blue] = text.startsWith('color(srgb') ? parts.map((part) => part * 255) : parts;
    return { red, green, blue, alpha: parts[3] ?? 1 };
  };
  const over = (top, below) => {
    const mix = (part) => top[part] * top.alpha + below[part] * (1 - top.alpha);
    return { red: mix('red'), green: mix('green'), blue: mix('blue'), alpha: 1 };
  };
  // What the browser paints where no element does.
  const probe = document.createElement('div');
  probe.style.backgroundColor = 'Canvas';
  document.body.append(probe);
  const canvas = colour(getComputedStyle(probe).backgroundColor);
  probe.remove();
  const background = (element) =>
    element ? over(colour(getComputedStyle(element).backgroundColor), background(element.parentElement)) : canvas;
  const luminance = ({ red, green, blue }) => {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const holder = text.parentElement;
    if (!text.data.trim() || holder.localName === 'script') continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
    if (boxes.length === 0 || !holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
      faults.add(`does not show ${excerpt(text.data)}`);
      continue;
    }
    if (!holder.closest(BLOCKS)) faults.add(`has text outside of a paragraph: ${excerpt(text.data)}`);
    for (const box of boxes) {
      if (box.left < -SLACK || box.right > width + SLACK) faults.add(`runs off the screen: ${excerpt(text.data)}`);
      for (let around = holder; around; around = around.parentElement) {
        const edge = around.getBoundingClientRect();
        const cuts = getComputedStyle(around).overflowX !== 'visible' && around !== document.body;
        if (cuts && (box.left < edge.left - SLACK || box.right > edge.right + SLACK)) {
          faults.add(`cuts off ${excerpt(text.data)}`);
        }
      }
    }
    const style = getComputedStyle(holder);
    const below = background(holder);
    const ratio = contrast(over(colour(style.color), below), below);
    if (ratio < LEAST_CONTRAST) faults.add(`has a contrast of ${ratio.toFixed(2)} at ${excerpt(text.data)}`);
    if (parseFloat(style.fontSize) < SMALLEST_TEXT) faults.add(`has ${style.fontSize} text at ${excerpt(text.data)}`);
  }

  for (const command of document.querySelectorAll('pre')) {
    getSelection().selectAllChildren(command);
    if (getSelection().toString() !== command.textContent) faults.add(`is not copied as it stands: ${excerpt(command.textContent)}`);
  }
  getSelection().removeAllRanges();

  return {
    url: location.href,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    lang: document.documentElement.lang,
    texts: [...document.querySelectorAll(BLOCKS)].map((block) => block.textContent),
    faults: [...faults],
  };
})
