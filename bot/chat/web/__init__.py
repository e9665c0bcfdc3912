"""The door as a web server: routes, headers, pages, and the calls behind them."""
