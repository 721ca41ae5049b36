SwaggerUIBundle({
  // Relative, so that the page also works below a prefix and behind a proxy.
  url: "../v1.0/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  // Otherwise the page sends the URL of the document to a validator on the internet.
  validatorUrl: null,
  // Otherwise the browser opens a login dialog for a 401.
  requestInterceptor: (request) => Object.assign(request, { credentials: "omit" }),
});
