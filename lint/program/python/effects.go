package python

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// effect notes something that the program does.
func (m *machine) effect(f Effect, at source.Span) {
	f.When, f.Maybe = m.now(), m.maybe > 0
	says := f.Call
	switch f.Kind {
	case Write:
		says = f.Call + " writes " + f.Path
	case MakeDir:
		says = f.Call + " makes " + f.Path
	case Connect:
		says = f.Call + " connects to " + f.Host
	}
	f.Chain = m.chain(at, says)
	key := strconv.Itoa(int(f.Kind)) + f.Path + "\x00" + f.Host + "\x00" + strconv.Itoa(f.Port)
	if f.Kind == Serve {
		key += f.Call
	}
	if m.dedup[key] && (f.Maybe || f.When == Later) {
		return
	}
	if m.dedup[key] {
		for i := range m.facts.Effects {
			old := &m.facts.Effects[i]
			if old.Kind == f.Kind && old.Path == f.Path && old.Host == f.Host && old.Port == f.Port && (old.Maybe && !f.Maybe || old.When == Later && f.When != Later || old.Guarded && !f.Guarded) {
				*old = f
				return
			}
		}
		return
	}
	m.dedup[key] = true
	m.facts.Effects = append(m.facts.Effects, f)
}

// write notes that a file is written, if its path is known, or its start.
func (m *machine) write(v value, call string, e *expr) {
	p, ok := pathOf(v)
	start, isPrefix := v.(prefix)
	if isPrefix {
		p, ok = filePath{start.s + "…", start.from}, true
	}
	if !ok {
		return
	}
	if p.s == "" || p.s == "-" || strings.Contains(p.s, "://") || strings.HasPrefix(p.s, ":memory:") {
		return
	}
	at := m.absolute(p.s)
	if at == "" {
		return
	}
	m.effect(Effect{Kind: Write, Path: at, Below: isPrefix, Call: call, From: p.from, Guarded: m.guarded("OSError")}, e.span())
}

// makeDir notes that a directory is made.
func (m *machine) makeDir(p filePath, args *arguments, e *expr, method bool) {
	at := m.absolute(p.s)
	if at == "" || p.s == "" {
		return
	}
	f := Effect{Kind: MakeDir, Path: at, Call: "mkdir", From: p.from, Guarded: m.guarded("OSError"), Parents: true}
	okPlace, name := 2, "exist_ok"
	if method {
		v, _ := args.get(1, "parents")
		is, known := truth(v)
		f.Parents = is && known
	} else {
		f.Call = "os.makedirs"
	}
	if v, ok := args.get(okPlace, name); ok {
		is, known := truth(v)
		f.ExistOK = is || !known
	}
	m.effect(f, e.span())
}

func osMakedirs(m *machine, args *arguments, e *expr) value {
	v, _ := args.get(0, "name", "path")
	if p, ok := pathOf(v); ok {
		m.makeDir(p, args, e, false)
	}
	return none{}
}

// openFile is open().
func openFile(m *machine, args *arguments, e *expr) value {
	v, _ := args.get(0, "file", "filename")
	m.openMode(v, args, 1, e)
	return nil
}

// openMode notes a write if a file is opened in such a mode.
func (m *machine) openMode(p value, args *arguments, place int, e *expr) {
	v, ok := args.get(place, "mode")
	if !ok {
		return
	}
	mode, ok := v.(text)
	if ok && strings.ContainsAny(mode.s, "wax+") {
		m.write(p, "open", e)
	}
}

// writers are the calls that write a file, with the place and the name of the
// argument that names it.
var writers = map[string]struct {
	place int
	name  string
}{
	"logging.FileHandler":                                  {0, "filename"},
	"logging.handlers.RotatingFileHandler":                 {0, "filename"},
	"logging.handlers.TimedRotatingFileHandler":            {0, "filename"},
	"logging.handlers.WatchedFileHandler":                  {0, "filename"},
	"concurrent_log_handler.ConcurrentRotatingFileHandler": {0, "filename"},
	"os.remove":                   {0, "path"},
	"os.unlink":                   {0, "path"},
	"os.rmdir":                    {0, "path"},
	"os.rename":                   {1, "dst"},
	"os.replace":                  {1, "dst"},
	"os.symlink":                  {1, "dst"},
	"os.link":                     {1, "dst"},
	"os.mkfifo":                   {0, "path"},
	"os.truncate":                 {0, "path"},
	"shutil.copy":                 {1, "dst"},
	"shutil.copy2":                {1, "dst"},
	"shutil.copyfile":             {1, "dst"},
	"shutil.copytree":             {1, "dst"},
	"shutil.move":                 {1, "dst"},
	"shutil.rmtree":               {0, "path"},
	"sqlite3.connect":             {0, "database"},
	"aiosqlite.connect":           {0, "database"},
	"shelve.open":                 {0, "filename"},
	"dbm.open":                    {0, "file"},
	"numpy.save":                  {0, "file"},
	"numpy.savez":                 {0, "file"},
	"numpy.savez_compressed":      {0, "file"},
	"numpy.savetxt":               {0, "fname"},
	"torch.save":                  {1, "f"},
	"joblib.dump":                 {1, "filename"},
	"cv2.imwrite":                 {0, "filename"},
	"tempfile.mkdtemp":            {2, "dir"},
	"tempfile.mkstemp":            {2, "dir"},
	"tempfile.NamedTemporaryFile": {7, "dir"},
	"tempfile.TemporaryDirectory": {2, "dir"},
	"soundfile.write":             {0, "file"},
	"loguru.logger.add":           {0, "sink"},
	"pidfile.PIDFile":             {0, "filename"},
	"filelock.FileLock":           {0, "lock_file"},
	"filelock.FileLock()":         {0, "lock_file"},
}

// methodWriters are methods of values that are not known, with the place of the
// argument that names the file.
var methodWriters = map[string]int{
	"to_csv": 0, "to_parquet": 0, "to_pickle": 0, "to_json": 0, "to_excel": 0, "to_feather": 0, "to_hdf": 0,
	"savefig": 0, "save_model": 0, "save_pretrained": 0, "save_weights": 0,
}

// methodEffects notes what a method of something that is not known does.
func (m *machine) methodEffects(name string, args *arguments, e *expr) {
	place, ok := methodWriters[name]
	if !ok {
		return
	}
	v, _ := args.get(place, "path_or_buf", "path", "fname", "filepath")
	m.write(v, name, e)
}

// connectors are the calls that connect to a host, with the places of host and
// URL; -1 where there is none. later says that it happens when first used.
var connectors = map[string]struct {
	host      int
	hostNames string
	url       int
	urlNames  string
}{
	"redis.Redis":                                {0, "host", -1, ""},
	"redis.StrictRedis":                          {0, "host", -1, ""},
	"redis.ConnectionPool":                       {-1, "host", -1, ""},
	"redis.asyncio.Redis":                        {-1, "host", -1, ""},
	"redis.asyncio.StrictRedis":                  {-1, "host", -1, ""},
	"redis.asyncio.client.Redis":                 {-1, "host", -1, ""},
	"redis.from_url":                             {-1, "", 0, "url"},
	"redis.Redis.from_url":                       {-1, "", 0, "url"},
	"redis.StrictRedis.from_url":                 {-1, "", 0, "url"},
	"redis.ConnectionPool.from_url":              {-1, "", 0, "url"},
	"redis.asyncio.from_url":                     {-1, "", 0, "url"},
	"redis.asyncio.Redis.from_url":               {-1, "", 0, "url"},
	"redis.asyncio.ConnectionPool.from_url":      {-1, "", 0, "url"},
	"aioredis.from_url":                          {-1, "", 0, "url"},
	"aioredis.create_redis_pool":                 {-1, "", 0, "address"},
	"psycopg2.connect":                           {-1, "host", 0, "dsn"},
	"psycopg.connect":                            {-1, "host", 0, "conninfo"},
	"psycopg2.pool.SimpleConnectionPool":         {-1, "host", -1, "dsn"},
	"psycopg2.pool.ThreadedConnectionPool":       {-1, "host", -1, "dsn"},
	"asyncpg.connect":                            {-1, "host", 0, "dsn"},
	"asyncpg.create_pool":                        {-1, "host", 0, "dsn"},
	"pymysql.connect":                            {-1, "host", -1, ""},
	"MySQLdb.connect":                            {0, "host", -1, ""},
	"mysql.connector.connect":                    {-1, "host", -1, ""},
	"pymongo.MongoClient":                        {-1, "", 0, "host"},
	"motor.motor_asyncio.AsyncIOMotorClient":     {-1, "", 0, "host"},
	"sqlalchemy.create_engine":                   {-1, "", 0, "url"},
	"sqlalchemy.ext.asyncio.create_async_engine": {-1, "", 0, "url"},
	"databases.Database":                         {-1, "", 0, "url"},
	"pika.ConnectionParameters":                  {0, "host", -1, ""},
	"pika.URLParameters":                         {-1, "", 0, "url"},
	"aio_pika.connect":                           {-1, "host", 0, "url"},
	"aio_pika.connect_robust":                    {-1, "host", 0, "url"},
	"kafka.KafkaProducer":                        {-1, "bootstrap_servers", -1, ""},
	"kafka.KafkaConsumer":                        {-1, "bootstrap_servers", -1, ""},
	"aiokafka.AIOKafkaProducer":                  {-1, "bootstrap_servers", -1, ""},
	"aiokafka.AIOKafkaConsumer":                  {-1, "bootstrap_servers", -1, ""},
	"nats.connect":                               {-1, "", 0, "servers"},
	"influxdb_client.InfluxDBClient":             {-1, "", 0, "url"},
	"influxdb.InfluxDBClient":                    {0, "host", -1, ""},
	"elasticsearch.Elasticsearch":                {-1, "", 0, "hosts"},
	"qdrant_client.QdrantClient":                 {-1, "host", 0, "url"},
	"celery.Celery":                              {-1, "", -1, "broker"},
	"requests.get":                               {-1, "", 0, "url"},
	"requests.post":                              {-1, "", 0, "url"},
	"requests.put":                               {-1, "", 0, "url"},
	"requests.delete":                            {-1, "", 0, "url"},
	"httpx.get":                                  {-1, "", 0, "url"},
	"httpx.post":                                 {-1, "", 0, "url"},
	"httpx.Client":                               {-1, "", -1, "base_url"},
	"httpx.AsyncClient":                          {-1, "", -1, "base_url"},
	"urllib.request.urlopen":                     {-1, "", 0, "url"},
	"websockets.connect":                         {-1, "", 0, "uri"},
	"grpc.insecure_channel":                      {0, "target", -1, ""},
	"grpc.aio.insecure_channel":                  {0, "target", -1, ""},
	"paho.mqtt.client.Client().connect":          {0, "host", -1, ""},
	"smtplib.SMTP":                               {0, "host", -1, ""},
	"ldap3.Server":                               {0, "host", -1, ""},
}

// servers are the calls that serve, with the place and the names of the port.
var servers = map[string]struct {
	place  int
	name   string
	blocks bool
}{
	"uvicorn.run":                         {-1, "port", true},
	"hypercorn.run":                       {-1, "port", true},
	"aiohttp.web.run_app":                 {-1, "port", true},
	"waitress.serve":                      {-1, "port", true},
	"prometheus_client.start_http_server": {0, "port", false},
	"flask.Flask().run":                   {1, "port", true},
	"bottle.run":                          {-1, "port", true},
	"streamlit.run":                       {-1, "port", true},
	"sanic.Sanic().run":                   {1, "port", true},
	"websockets.serve":                    {2, "port", false},
	"asyncio.start_server":                {2, "port", false},
}

// effects notes what a call of something outside does.
func (m *machine) effects(name string, args *arguments, e *expr) {
	if w, ok := writers[name]; ok {
		v, _ := args.get(w.place, w.name)
		if isTrue(args, "delay") {
			return // opened with the first record
		}
		m.write(v, name, e)
	}
	if c, ok := connectors[name]; ok {
		if c.hostNames != "" || c.host >= 0 {
			v, _ := args.get(c.host, c.hostNames)
			m.connectTo(v, args, name, e)
		}
		if c.urlNames != "" || c.url >= 0 {
			v, _ := args.get(c.url, c.urlNames)
			if l, ok := v.(*list); ok && len(l.items) > 0 {
				v = l.items[0]
			}
			m.connectTo(v, args, name, e)
		}
	}
	if name == "socket.create_connection" {
		if l, ok := first0(args.get(0)).(*list); ok && len(l.items) > 0 {
			m.connectTo(l.items[0], args, name, e)
		}
	}
	if s, ok := servers[name]; ok {
		f := Effect{Kind: Listen, Call: name}
		if v, ok := args.get(s.place, s.name); ok {
			if n, ok := v.(int64); ok {
				f.Port = int(n)
			}
		}
		for _, name := range []string{"host", "addr"} {
			if v, ok := args.get(-1, name); ok {
				if t, isText := v.(text); isText && t.s != "0.0.0.0" && t.s != "::" {
					f.Address = t.s
				}
			}
		}
		m.effect(f, e.span())
		if s.blocks {
			m.effect(Effect{Kind: Serve, Call: name}, e.span())
		}
	}
	switch {
	case strings.HasSuffix(name, "HTTPServer") || strings.HasSuffix(name, "TCPServer"):
		if l, ok := first0(args.get(0)).(*list); ok && len(l.items) == 2 {
			if n, ok := l.items[1].(int64); ok {
				m.effect(Effect{Kind: Listen, Call: name, Port: int(n)}, e.span())
			}
		}
	case strings.HasPrefix(name, "sdnotify.") || name == "systemd.daemon.notify" || strings.HasPrefix(name, "cysystemd.daemon.notify"):
		m.effect(Effect{Kind: Notify, Call: name}, e.span())
	}
}

func isTrue(args *arguments, name string) bool {
	v, _ := args.get(-1, name)
	is, known := truth(v)
	return is && known
}

// connectTo notes a connection to a host, given as a name, with a port, or as a
// URL.
func (m *machine) connectTo(v value, args *arguments, call string, e *expr) {
	t, ok := v.(text)
	if !ok {
		return
	}
	host, port := splitHost(t.s)
	if host == "" {
		return
	}
	if p, ok := args.get(-1, "port"); ok && port == 0 {
		if n, ok := p.(int64); ok {
			port = int(n)
		}
	}
	m.effect(Effect{Kind: Connect, Host: host, Port: port, Call: call, From: t.from, Guarded: m.guarded("ConnectionError")}, e.span())
}

// splitHost returns the host and port of scheme://user@host:port/, host:port or
// host.
func splitHost(s string) (string, int) {
	if strings.Contains(s, "://") {
		u, err := url.Parse(s)
		if err != nil {
			return "", 0
		}
		port, _ := strconv.Atoi(u.Port()) // none is 0
		return u.Hostname(), port
	}
	if strings.ContainsAny(s, "/ =;") {
		return "", 0
	}
	host, rest, found := strings.Cut(s, ":")
	if found {
		port, err := strconv.Atoi(strings.Split(rest, ",")[0])
		if err != nil {
			return "", 0
		}
		return host, port
	}
	return s, 0
}

func basicConfig(m *machine, args *arguments, e *expr) value {
	v, _ := args.get(-1, "filename")
	m.write(v, "logging.basicConfig", e)
	return none{}
}

// dictConfig opens the files of its handlers.
func dictConfig(m *machine, args *arguments, e *expr) value {
	d, ok := first0(args.get(0)).(*dict)
	if !ok {
		return none{}
	}
	handlers, ok := d.vars["handlers"].(*dict)
	if !ok {
		return none{}
	}
	for _, k := range handlers.keys {
		h, ok := handlers.vars[k].(*dict)
		if !ok {
			continue
		}
		m.write(h.vars["filename"], "logging.config.dictConfig", e)
	}
	return none{}
}

// Base returns the directory that has to be writable for an effect: that of the
// file.
func (f Effect) Base() string { return path.Dir(f.Path) }
