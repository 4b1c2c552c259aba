"""The scripts of the page /exchange that need no market: each in Chromium, from the server."""

import pytest

from support.browser import Browser, missing
from support.server import Server

IMPORT = "const {%s} = await import('/exchange/web/%s');"


@pytest.fixture(scope="module")
def window(tmp_path_factory, pytestconfig):
    """One for all: they leave nothing in it."""
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    if what := missing():
        pytest.skip(f"browser: {what}")
    folder = tmp_path_factory.mktemp("exchange")
    with Server(folder, "--set", "apps.exchange.enabled=true") as server, Browser() as browser:
        browser.open(server.base_url + "/exchange/session")  # of the same origin, and quiet
        yield browser


@pytest.fixture
def script(window):
    """Runs a script with names of a module; gives what it returns."""

    def run(file, names, text):
        return window.run(f"return (async () => {{ {IMPORT % (names, file)} {text} }})()")

    yield run
    assert window.complaints() == []


def test_a_book_is_a_snapshot_and_what_came_behind_it(script):
    levels = script("book.js", "Book", """
        const book = new Book();
        const told = [book.add({U: 3, u: 5, b: [['9.00', '7']], a: []}),
          book.add({U: 6, u: 6, b: [], a: [['11.00', '0'], ['10.50', '3']]})];
        told.push(book.start({lastUpdateId: 4, bids: [['9.00', '1'], ['8.50', '2']],
          asks: [['11.00', '4'], ['12.00', '1']]}));
        told.push(book.add({U: 1, u: 6, b: [['1.00', '1']], a: []}));  // known already
        told.push(book.add({U: 7, u: 9, b: [['9.50', '2']], a: []}));
        const texts = (side) => side.levels.map(({price, quantity}) => `${price} ${quantity}`);
        return [told, texts(book.bids), texts(book.asks), book.lastId, book.spread()];
    """)
    assert levels == [
        [True] * 5,
        ["9.50 2", "9.00 7", "8.50 2"],
        ["10.50 3", "12.00 1"],
        9,
        1,
    ]


def test_a_gap_and_an_old_snapshot_are_noticed(script):
    assert script("book.js", "Book, levelsMax", """
        const book = new Book();
        book.add({U: 10, u: 12, b: [['5', '1']], a: []});
        const old = book.start({lastUpdateId: 8, bids: [], asks: []});
        const waits = book.lastId === null;
        const fresh = book.start({lastUpdateId: 11, bids: [], asks: []});
        const kept = book.bids.levels.length;
        const gap = book.add({U: 14, u: 14, b: [], a: []});
        book.clear();
        book.start({lastUpdateId: 1, bids: [], asks: []});
        const many = Array.from({length: levelsMax + 1}, (_, i) => [String(i + 1), '1']);
        return [old, waits, fresh, kept, gap, book.add({U: 2, u: 2, b: many, a: []})];
    """) == [False, True, True, 1, False, False]


def test_what_waits_for_a_snapshot_is_bounded(script):
    assert script("book.js", "Book, earlyMax", """
        const book = new Book();
        let n = 0;
        while (n <= earlyMax && book.add({U: n, u: n, b: [], a: []})) ++n;
        return n === earlyMax;
    """) is True


def test_a_ladder_sums_up_and_compares_the_sides(script):
    rows = script("book.js", "Book", """
        const book = new Book();
        book.start({lastUpdateId: 1, bids: [['9', '1'], ['8', '3'], ['7', '9']],
          asks: [['10', '8']]});
        const {bids, asks} = book.ladder(2);
        return [...bids, ...asks].map(({price, total, share}) => [price, total, share]);
    """)
    assert rows == [["9", 1, 0.125], ["8", 4, 0.5], ["10", 8, 1]]
    assert script("book.js", "Book", """
        const book = new Book();
        return [book.ladder(5), book.spread()];
    """) == [{"bids": [], "asks": []}, None]


def test_a_book_equals_one_of_plain_maps_after_many_differences(script):
    assert script("book.js", "Book", """
        let seed = 7;  // mulberry32
        const random = (n) => {
          let t = Math.imul((seed += 0x6D2B79F5) ^ (seed >>> 15), 1 | seed);
          t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
          return ((t ^ (t >>> 14)) >>> 0) % n;
        };
        const book = new Book();
        book.start({lastUpdateId: 0, bids: [], asks: []});
        const naive = {b: new Map(), a: new Map()};
        for (let id = 1; id <= 5000; ++id) {
          const side = random(2) ? 'b' : 'a';
          const price = (random(300) / 100 + (side === 'a' ? 10 : 5)).toFixed(2);
          const quantity = String(random(4));
          if (quantity === '0') naive[side].delete(price); else naive[side].set(price, quantity);
          book.add({U: id, u: id, b: [], a: [], [side]: [[price, quantity]]});
        }
        const sorted = (map, sign) => [...map].sort((x, y) => sign * (x[0] - y[0]));
        const shown = (side) => side.levels.map(({price, quantity}) => [price, quantity]);
        return JSON.stringify(shown(book.bids)) === JSON.stringify(sorted(naive.b, -1)) &&
          JSON.stringify(shown(book.asks)) === JSON.stringify(sorted(naive.a, 1)) &&
          naive.a.size > 100;
    """) is True


def test_candles_have_no_holes_and_the_newest_changes(script):
    closes = script("candles.js", "Candles, candleOfEvent", """
        const candles = new Candles('1m', 5);
        const event = (t, c) => candleOfEvent({t, o: '1', h: '9', l: '1', c, v: '2'});
        candles.add(event(180000, '4'));  // came before the answer
        candles.load([[0, '1', '1', '1', '1', '1'], [60000, '1', '3', '1', '3', '1'],
          [180000, '3', '3', '3', '3', '1']]);
        candles.add(event(180000, '5'));
        candles.add(event(60000, '2'));  // late, of a candle before
        candles.add(event(360000, '7'));
        return candles.list.map(({start, close, volume}) => [start / 60000, close, volume]);
    """)
    assert closes == [[2, 3, 0], [3, 5, 2], [4, 5, 0], [5, 5, 0], [6, 7, 2]]
    assert script("candles.js", "Candles, candleOfEvent", """
        const candles = new Candles('1s', 10);
        const event = (t) => candleOfEvent({t, o: '1', h: '1', l: '1', c: '1', v: '1'});
        candles.add(event(0));
        candles.add(event(86400000));  // a day later: only what is kept is filled
        return [candles.list.length, candles.list[0].start];
    """) == [10, 86391000]


def test_scales_and_steps(script):
    assert script("scale.js", "priceScale, ticks, visible", """
        const scale = priceScale(10, 20, 200, 0);
        const flat = priceScale(5, 5, 100, 0);
        const back = scale.value(scale.place(13));
        return [scale.place(20) > 0, scale.place(10) < 200, Math.round(back * 1e6) / 1e6,
          Math.round(flat.place(5)), ticks(0.95, 1.05, 4).map((n) => n.toFixed(2)),
          ticks(0, 1000, 5), visible([1, 2, 3, 4], 20, 10), visible([], 20, 10)];
    """) == [True, True, 13, 50, ["0.95", "1.00", "1.05"], [0, 200, 400, 600, 800, 1000],
             [3, 4], []]


def test_numbers_are_written_as_the_market_writes_them(script):
    assert script("numbers.js", "digitsOf, fixed", """
        return [digitsOf('0.10'), digitsOf('1'), fixed(1234.5, 2), fixed(0.1 + 0.2, 2),
          fixed(7, 0)];
    """) == [2, 0, "1234.50", "0.30", "7"]


def test_waits_grow_to_a_bound(script):
    assert script("feed.js", "waitBefore", """
        return [0, 1, 2, 5, 50].map((n) => waitBefore(n, () => 0)).concat(waitBefore(0, () => 0.9));
    """) == [500, 1000, 2000, 15000, 15000, 650]


def test_ones_own_orders_follow_their_stream(script):
    shown = script("own_state.js", "OwnState", """
        const state = new OwnState();
        state.load([{orderId: 1, symbol: 'AUSD'}], [{id: 1, symbol: 'AUSD'}],
          {balances: [{asset: 'USD', free: '5.00', locked: '0.00'}]});
        const report = (i, X, x, more) => state.apply({e: 'executionReport', s: 'AUSD', i, S: 'BUY',
          o: 'LIMIT', f: 'GTC', q: '4', p: '2.00', P: '0.00', z: '1', X, x, ...more});
        report(2, 'NEW', 'NEW');
        report(2, 'PARTIALLY_FILLED', 'TRADE',
          {t: 9, L: '2.00', l: '1', n: '0.01', N: 'USD', T: 1});
        report(1, 'CANCELED', 'CANCELED');
        state.apply({e: 'outboundAccountPosition', B: [{a: 'USD', f: '0.00', l: '0.00'},
          {a: 'A', f: '1', l: '0'}]});
        state.apply({e: 'listStatus'});
        const orders = state.orders();
        return [orders.map(({orderId, status, executedQty}) => [orderId, status, executedQty]),
          state.trades('AUSD').map(({id, price, isBuyer}) => [id, price, isBuyer]),
          state.trades('BUSD'), state.balances().map(({asset, free}) => [asset, free])];
    """)
    assert shown == [
        [[2, "PARTIALLY_FILLED", "1"]],
        [[9, "2.00", True], [1, None, None]],
        [],
        [["A", "1"]],
    ]


def test_forms_become_orders(script):
    orders = script("trading.js", "orderOf", """
        const values = {side: 'BUY', type: 'LIMIT', quantity: '3', price: '2.5', stopPrice: '2',
          timeInForce: 'IOC', icebergQty: '', postOnly: false};
        return [{}, {postOnly: true}, {type: 'MARKET'}, {type: 'STOP_LOSS_LIMIT'},
          {timeInForce: 'GTC', icebergQty: '1'}].map((more) => {
            const {symbol, side, newOrderRespType, quantity, ...rest} =
              orderOf('AUSD', {...values, ...more});
            return rest;
          });
    """)
    assert orders == [
        {"type": "LIMIT", "price": "2.5", "timeInForce": "IOC"},
        {"type": "LIMIT_MAKER", "price": "2.5"},
        {"type": "MARKET"},
        {"type": "STOP_LOSS_LIMIT", "price": "2.5", "stopPrice": "2", "timeInForce": "IOC"},
        {"type": "LIMIT", "price": "2.5", "timeInForce": "GTC", "icebergQty": "1"},
    ]


def test_a_live_table_keeps_its_rows_and_the_focus(script):
    assert script("live_table.js", "LiveTable", """
        const button = () => document.createElement('button');
        const table = new LiveTable('Things', ['Name'], {key: (one) => one, cells: (one) => [one],
          action: button});
        document.body.append(table.node);
        const names = () => [...table.body.rows].map((row) => row.cells[0].textContent).join('');
        const rows = [];
        table.show(['a', 'b', 'c']);
        rows.push(names());
        const kept = table.body.rows[1];
        kept.querySelector('button').focus();
        table.show(['x', 'b', 'd']);
        rows.push(names(), table.body.rows[1] === kept, kept.contains(document.activeElement));
        table.show(['x']);
        rows.push(names(), document.activeElement === table.scroll);
        table.show([]);
        rows.push(table.scroll.hidden, table.nothing.hidden);
        table.node.remove();
        return rows;
    """) == ["abc", "xbd", True, True, "x", True, True, False]


def test_a_trade_with_oneself_has_two_sides(script):
    assert script("own_state.js", "OwnState", """
        const state = new OwnState();
        state.load([], [true, false].map((isBuyer) => ({id: 1, symbol: 'AUSD', isBuyer})),
          {balances: []});
        for (const S of ['BUY', 'SELL']) {
          state.apply({e: 'executionReport', s: 'AUSD', i: 1, S, X: 'FILLED', x: 'TRADE', t: 2});
        }
        return state.trades('AUSD').map(({id, isBuyer}) => [id, isBuyer]);
    """) == [[2, True], [2, False], [1, True], [1, False]]
