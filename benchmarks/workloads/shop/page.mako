<%def name="price(amount, currency='EUR')">
<span class="price">
  <b>${round(amount, 2)}</b>
  <i>${currency}</i>
</span>
</%def>
<%def name="badge(text, kind='info')">
<span class="badge badge-${kind}">${text}</span>
</%def>
<%def name="stars(count, best=5)">
<span class="stars" title="${count} of ${best}">
  % for star in range(best):
  % if star < count:
  <i class="star full"></i>
  % else:
  <i class="star"></i>
  % endif
  % endfor
</span>
</%def>
<%def name="field(name, label, value='', type='text')">
<p class="field">
  <label for="${name}">${label}</label>
  <input type="${type}" id="${name}" name="${name}" value="${value}" />
</p>
</%def>
<% total = cart["total"] + cart["shipping"] %>
<html lang="${store["language"]}">
<head>
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>${section["title"]} - ${store["name"]}</title>
  <link rel="stylesheet" href="${store["assets"]}/site.css" />
  % for feed in store["feeds"]:
  <link rel="alternate" type="application/rss+xml" href="${feed["url"]}" title="${feed["title"]}" />
  % endfor
</head>
<body class="section-${section["slug"]}">
<header>
  <a class="logo" href="/">${store["name"]}</a>
  <p class="claim">${store["claim"]}</p>
  <nav>
    <ul>
      % for entry in nav:
      <li class="${"active" if entry["slug"] == section["slug"] else "other"}">
        <a href="/${entry["slug"]}">${entry["title"]}</a>
        % if entry["children"]:
        <ul>
          % for child in entry["children"]:
          <li><a href="/${entry["slug"]}/${child["slug"]}">${child["title"]}</a></li>
          % endfor
        </ul>
        % endif
      </li>
      % endfor
    </ul>
  </nav>
  <div class="account">
    % if user:
    <p>Hello ${user["name"]}!</p>
    <a href="/orders">Your ${user["orders"]} orders</a>
    % if user["admin"]:
    ${badge("admin", "warning")}
    % endif
    <a href="/logout">Log out</a>
    % else:
    <a href="/login">Log in</a>
    % endif
  </div>
</header>
<aside>
  <h2>Refine</h2>
  <form action="/${section["slug"]}" method="get">
    ${field("q", "Search", query["text"])}
    ${field("low", "From", query["low"], type="number")}
    ${field("high", "To", query["high"], type="number")}
    % for facet in facets:
    <fieldset>
      <legend>${facet["title"]}</legend>
      % for option in facet["options"]:
      <label>
        <input type="checkbox" name="${facet["slug"]}" value="${option["slug"]}" />
        ${option["title"]}
        % if option["count"] > 0:
        <small>(${option["count"]})</small>
        % endif
      </label>
      % endfor
    </fieldset>
    % endfor
    <button type="submit">Apply</button>
  </form>
</aside>
<main>
  <h1>${section["title"]}</h1>
  <p class="intro">${section["intro"]}</p>
  <p class="found">${len(products)} of ${paging["found"]} products</p>
  % if products:
  <div class="grid">
    % for product in products:
    <article id="product-${product["number"]}">
      <a href="/product/${product["number"]}">
        <img src="${store["assets"]}/${product["image"]}" alt="${product["title"]}" />
      </a>
      <h2>${product["title"]}</h2>
      <p class="maker">${product["maker"].upper()}</p>
      % if product["new"]:
      ${badge("new")}
      % endif
      % if product["stock"] == 0:
      ${badge("sold out", "danger")}
      % elif product["stock"] < 5:
      ${badge("only a few left", "warning")}
      % else:
      ${badge("in stock", kind="success")}
      % endif
      ${stars(product["rating"])}
      <p class="text">${product["text"]}</p>
      ${price(product["price"])}
      % if product["before"] and product["before"] > product["price"]:
      <del>${product["before"]}</del>
      <em>save ${round(product["before"] - product["price"], 2)}</em>
      % endif
      <dl>
        % for key, value in product["facts"]:
        <dt>${key}</dt>
        <dd>${value}</dd>
        % endfor
      </dl>
      % if product["tags"]:
      <p class="tags">${", ".join(product["tags"])}</p>
      % endif
      <form action="/cart" method="post">
        <input type="hidden" name="product" value="${product["number"]}" />
        <button type="submit">Add to cart</button>
      </form>
    </article>
    % endfor
  </div>
  % else:
  <p class="empty">Nothing was found.</p>
  % endif
  <nav class="paging">
    % if paging["page"] > 1:
    <a rel="prev" href="?page=${paging["page"] - 1}">Back</a>
    % endif
    % for number in range(1, paging["pages"] + 1):
    % if number == paging["page"]:
    <b>${number}</b>
    % else:
    <a href="?page=${number}">${number}</a>
    % endif
    % endfor
    % if paging["page"] < paging["pages"]:
    <a rel="next" href="?page=${paging["page"] + 1}">Next</a>
    % endif
  </nav>
</main>
<section class="cart">
  <h2>Your cart</h2>
  <table>
    <tr><th>Product</th><th>Number</th><th>Price</th><th>Sum</th></tr>
    % for line in cart["lines"]:
    <tr class="${loop.cycle("odd", "even")}">
      <td>${loop.index + 1}. ${line["title"]}</td>
      <td>${line["count"]}</td>
      <td>${price(line["price"])}</td>
      <td>${price(line["price"] * line["count"])}</td>
    </tr>
    % endfor
    <tr><td>Shipping</td><td></td><td></td><td>${price(cart["shipping"])}</td></tr>
    <tr><td>Total</td><td></td><td></td><td>${price(total)}</td></tr>
  </table>
  % if total >= cart["minimum"]:
  <a class="button" href="/checkout">Check out</a>
  % else:
  <p>Another ${round(cart["minimum"] - total, 2)} and you can check out.</p>
  % endif
</section>
<footer>
  % for column in footer:
  <div>
    <h3>${column["title"]}</h3>
    <ul>
      % for link in column["links"]:
      <li><a href="${link["url"]}">${link["title"]}</a></li>
      % endfor
    </ul>
  </div>
  % endfor
  <p>${store["name"]}, ${store["year"]}. ${store.get("imprint", "No imprint")}</p>
</footer>
</body>
</html>
